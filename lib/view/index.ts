export { type View, type ViewOptions, view } from './view.js';

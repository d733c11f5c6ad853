export { checkSignal, type StopSignal, Turns } from '../../text/corpus/turns.js';

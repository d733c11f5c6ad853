// The commands about runs, whose code needs the addon.
export { evaluateRunCommand } from './evaluate_run.js';
export { generateCommand } from './generate_run.js';
export { predictCommand } from './predict_run.js';
export { resumeCommand, trainCommand, trainConfigCommand } from './train_run.js';

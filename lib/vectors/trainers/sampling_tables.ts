export { keepProbabilities, negativesSteps, negativesTable } from '../../text/sampling_tables.js';

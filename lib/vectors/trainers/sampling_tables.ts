export { keepProbabilities, negativesTable } from '../../text/sampling_tables.js';

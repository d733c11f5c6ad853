export { atOnce, checkSignal, inTurns, type Steps, type StopSignal, Turns } from '../../text/corpus/turns.js';

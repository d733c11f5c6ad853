// npm run bench: reads the options, limits the instruction set, then loads the suite. See bench/README.md.
import { environmentOf } from './instruction_sets.js';
import { readOptions } from './options.js';

const options = readOptions();
// Lutra reads its variable when it is loaded, and the processes of all peers inherit the others.
if (options.isa) Object.assign(process.env, environmentOf(options.isa));
try {
  if (options.reading) {
    const { runReading } = await import('./vectors/reading.js');
    await runReading(options);
  } else if (options.projections) {
    const { runProjections } = await import('./projections/projections.js');
    await runProjections(options);
  } else if (options.vectors) {
    const { runVectors } = await import('./vectors/vectors.js');
    await runVectors(options);
  } else if (options.trainer) {
    const { runTrainer } = await import('./trainer/trainer.js');
    await runTrainer(options);
  } else if (options.calls) {
    const { runCalls } = await import('./calls/calls.js');
    runCalls(options);
  } else {
    const { runSuite } = await import('./suite.js');
    runSuite(options);
  }
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}

import { expect, it } from 'vitest';
import { describeMpi, runJob } from './mpi.js';

describeMpi('DistributedDataParallel', (mpi) => {
  it.each([2, 4])(
    'trains on %i ranks what one rank trains with the whole batch, the same bits each time',
    async (ranks) => {
      const jobs = [];
      for (let k = 0; k < 2; k++) jobs.push(await runJob(mpi, 'data_parallel', { ranks }));
      for (const { code, stderr } of jobs) {
        expect(stderr).toBe('');
        expect(code).toBe(0);
      }
      const digests = jobs.flatMap(({ stdout }) => stdout.trim().split('\n'));
      expect(digests.length).toBe(2 * ranks);
      expect(new Set(digests).size).toBe(1);
    },
  );
});

import { expect, it } from 'vitest';
import { describeMpi, runJob } from './mpi.js';

describeMpi('collectives', (mpi) => {
  it.each([2, 4])('give on %i ranks what they should, and MPI ends with the program', async (ranks) => {
    const { code, stdout, stderr } = await runJob(mpi, 'collectives', { ranks });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual(
      Array.from({ length: ranks }, (_, r) => `rank ${r} of ${ranks} is done`),
    );
  });

  it('go in pieces where they are larger than MPI counts', async () => {
    const env = { LUTRA_MPI_MOST_ELEMENTS: '13' };
    const { code, stderr } = await runJob(mpi, 'collectives', { ranks: 3, args: ['destroy'], env });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

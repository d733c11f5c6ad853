import { describe, ValueError } from '../errors.js';
import type { NativeCopy } from './copy.js';
import type { NativeElementwise } from './elementwise.js';
import { loadAddon } from './load.js';
import type { NativeLosses } from './losses.js';
import type { NativeMemory } from './memory.js';
import type { NativeOptim } from './optim.js';
import type { PlannedAttention } from './planned/attention.js';
import type { PlannedEmbeddingBag } from './planned/embedding_bag.js';
import type { PlannedGather } from './planned/gather.js';
import type { PlannedLstm } from './planned/lstm.js';
import type { PlannedMatmul } from './planned/matmul.js';
import type { PlannedNorm } from './planned/norm.js';
import type { PlannedRecurrent } from './planned/recurrent.js';
import type { PlannedSimilarity } from './planned/similarity.js';
import type { PlannedSoftmax } from './planned/softmax.js';
import type { PlannedWord2vec } from './planned/word2vec.js';
import type { NativeRandom } from './random.js';
import type { NativeReduce } from './reduce.js';
import type { NativeRuntime } from './runtime.js';
import type { NativeSelect } from './select.js';

/**
 * The addon's functions, a file of this folder for each of native/binding; those that take a plan are in `planned/`, made
 * with their callers in `calls/planned/`. Arrays are whole storages, offsets count elements, and `plan` is the shared array
 * of `calls/plan.ts`. The C++ side re-checks what memory safety needs; shapes are checked before.
 */
export interface Native
  extends NativeCopy,
    NativeElementwise,
    NativeLosses,
    NativeMemory,
    NativeOptim,
    NativeRandom,
    NativeReduce,
    NativeRuntime,
    NativeSelect,
    PlannedAttention,
    PlannedEmbeddingBag,
    PlannedGather,
    PlannedLstm,
    PlannedMatmul,
    PlannedNorm,
    PlannedRecurrent,
    PlannedSimilarity,
    PlannedSoftmax,
    PlannedWord2vec {}

export const native = loadAddon() as Native;

const forced = process.env.LUTRA_ISA;
if (forced !== undefined && forced !== '' && native.cpuInfo().isa !== forced) {
  throw new RangeError(
    `LUTRA_ISA: '${forced}' is not available here; this CPU offers ${native.cpuInfo().available.join(', ')}`,
  );
}

const threads = process.env.LUTRA_NUM_THREADS;
if (threads !== undefined && threads !== '' && !(/^\d+$/.test(threads) && Number(threads) > 0)) {
  throw new ValueError(`LUTRA_NUM_THREADS: must be a whole number of threads from 1 on, got ${describe(threads)}`);
}

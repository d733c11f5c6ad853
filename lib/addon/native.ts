import { describe, ValueError } from '../errors.js';
import type { NativeAttention } from './attention.js';
import type { NativeCopy } from './copy.js';
import type { NativeElementwise } from './elementwise.js';
import type { NativeEmbeddingBag } from './embedding_bag.js';
import type { NativeGather } from './gather.js';
import type { NativeGru } from './gru.js';
import { loadAddon } from './load.js';
import type { NativeLosses } from './losses.js';
import type { NativeLstm } from './lstm.js';
import type { NativeMatmul } from './matmul.js';
import type { NativeMemory } from './memory.js';
import type { NativeNorm } from './norm.js';
import type { NativeOptim } from './optim.js';
import type { NativeRandom } from './random.js';
import type { NativeReduce } from './reduce.js';
import type { NativeRnn } from './rnn.js';
import type { NativeRuntime } from './runtime.js';
import type { NativeSelect } from './select.js';
import type { NativeSimilarity } from './similarity.js';
import type { NativeSoftmax } from './softmax.js';

/**
 * The addon's functions, a file of this folder for each of native/binding. Arrays are whole storages, offsets count
 * elements, and `plan` is the shared array of `calls/plan.ts`. The C++ side re-checks what memory safety needs; shapes are
 * checked before.
 */
export interface Native
  extends NativeAttention,
    NativeCopy,
    NativeElementwise,
    NativeEmbeddingBag,
    NativeGather,
    NativeGru,
    NativeLosses,
    NativeLstm,
    NativeMatmul,
    NativeMemory,
    NativeNorm,
    NativeOptim,
    NativeRandom,
    NativeReduce,
    NativeRnn,
    NativeRuntime,
    NativeSelect,
    NativeSimilarity,
    NativeSoftmax {}

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

import { describe, ValueError } from '../errors.js';
import type { NativeCopy } from './copy.js';
import type { NativeElementwise } from './elementwise.js';
import { loadAddon } from './load.js';
import type { NativeLosses } from './losses.js';
import type { NativeMapping } from './mapping.js';
import type { NativeMemory } from './memory.js';
import type { NativeOptim } from './optim.js';
import type { PlannedCalls } from './planned/index.js';
import type { NativeRandom } from './random.js';
import type { NativeReduce } from './reduce.js';
import type { NativeRuntime } from './runtime.js';
import type { NativeSelect } from './select.js';
import type { NativeText } from './text.js';
import type { NativeVectorText } from './vector_text.js';

/**
 * The addon's functions, a file of this folder for each of native/binding; those that take a plan are in `planned/`, made
 * with their callers in `calls/planned/`. Arrays are whole storages, offsets count elements, and `plan` is the shared array
 * of `calls/plan.ts`. The C++ side re-checks what memory safety needs; shapes are checked before.
 */
export interface Native
  extends NativeCopy,
    NativeElementwise,
    NativeLosses,
    NativeMapping,
    NativeMemory,
    NativeOptim,
    NativeRandom,
    NativeReduce,
    NativeRuntime,
    NativeSelect,
    NativeText,
    NativeVectorText,
    PlannedCalls {}

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

import { type autograd, type nn, noGrad, type Tensor, tensor } from 'lutra';
import { fillFloats, fingerprint, floats, rotation } from './inputs.js';

/** One workload made ready: `run` does it once, `result` shows what the last run computed. */
export interface Prepared {
  run(): void;
  result(): number[];
}

export type Numbers = { readonly [key: string]: number };
/** Makes a workload of given sizes ready. */
export type Maker = (
  p: Numbers & { readonly op?: string; readonly optimizer?: string; readonly mode?: string; readonly how?: string },
) => Prepared;

export function matrix(rows: number, columns: number, seed: number, scale = 1): Tensor {
  return tensor(floats(rows * columns, seed, scale), { shape: [rows, columns] });
}

/** Fills every parameter from the shared inputs, so that all peers start alike. */
export function fillParameters(module: nn.Module, scale = 0.1): void {
  let seed = 100;
  for (const parameter of module.parameters()) fillFloats(parameter.data as Float32Array, seed++, scale);
}

/** Takes one of several sets of inputs after the other. */
export function cycle<T>(make: (seed: number) => T): () => T {
  const sets = Array.from({ length: rotation }, (_, k) => make(k + 1));
  let next = 0;
  return () => sets[next++ % rotation];
}

/** A workload without gradients, on one set of inputs after the other. */
export function evaluates(inputs: () => Tensor, apply: (x: Tensor) => Tensor): Prepared {
  let out: Tensor | null = null;
  return {
    run: () => {
      out = noGrad(() => apply(inputs()));
    },
    result: () => fingerprint(out!.contiguous().data),
  };
}

/** The gradient of a table, dense or as the sums of its rows. */
export function tableGradient({ grad }: nn.Parameter): number[] {
  return fingerprint((grad!.isSparse ? (grad as autograd.RowSparse).coalesce().values : grad!).data);
}

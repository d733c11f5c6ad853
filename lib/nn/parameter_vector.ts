import { noGrad } from '../autograd/mode.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { cat } from '../ops/joining.js';
import { reshape } from '../ops/reshape.js';
import { narrow } from '../ops/view.js';
import { isIterable } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';

function listOf(op: string, parameters: unknown): Tensor[] {
  if (parameters instanceof Tensor || !isIterable(parameters)) {
    const hint = parameters instanceof Tensor ? '; put it into a list' : '';
    throw new ArgumentError(`${op}: parameters must be a list of tensors, got ${describe(parameters)}${hint}`);
  }
  const list = [...parameters].map((parameter, i) => checkFloat(op, `parameters[${i}]`, parameter));
  if (list.length === 0) throw new ArgumentError(`${op}: parameters must hold at least one tensor, got none`);
  const other = list.find(({ dtype }) => dtype !== list[0].dtype);
  if (other === undefined) return list;
  throw new DTypeError(`${op}: parameters must have one dtype, got ${list[0].dtype} and ${other.dtype}`);
}

/**
 * All elements of the parameters, one parameter after the other, as `torch.nn.utils.parameters_to_vector`: a copy, through
 * which gradients flow back.
 *
 * @example
 * const vector = nn.utils.parametersToVector(model.parameters());
 * @throws ArgumentError, DTypeError
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat(listOf('parametersToVector', parameters).map((parameter) => reshape(parameter, [-1])));
}

/**
 * Writes the elements of a vector into the parameters, one after the other, outside the graph, as
 * `torch.nn.utils.vector_to_parameters`. The parameters keep their own memory, where PyTorch's become views of the vector.
 * @throws ShapeError unless the vector has as many elements as all parameters; ArgumentError, DTypeError
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const op = 'vectorToParameters';
  const source = checkFloat(op, 'vector', vector);
  const list = listOf(op, parameters);
  const total = list.reduce((n, { numel }) => n + numel, 0);
  if (source.ndim !== 1 || source.numel !== total) {
    throw new ShapeError(`${op}: vector must have shape [${total}], got ${formatShape(source.shape)}`);
  }
  if (source.dtype !== list[0].dtype) {
    throw new DTypeError(`${op}: vector and parameters must have one dtype, got ${source.dtype} and ${list[0].dtype}`);
  }
  // The vector may be a view of one of them.
  const values = source.detach().clone();
  noGrad(() => {
    let start = 0;
    for (const parameter of list) {
      parameter.copy_(reshape(narrow(values, 0, start, parameter.numel), parameter.shape));
      start += parameter.numel;
    }
  });
}

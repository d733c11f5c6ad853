// What must hold wherever the package runs: node realms.mjs FOLDER_OF_A_COPY FOLDER_OF_ANOTHER_COPY
// Other realms, two copies in one process, CommonJS, and a tensor as a JavaScript value. Prints one line.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import vm from 'node:vm';

const [folderA, folderB] = process.argv.slice(2);
const load = (folder) => import(pathToFileURL(join(folder, 'dist', 'index.js')).href);
const A = await load(folderA);
const B = await load(folderB);
const { nn, tensor } = A;

// ---- values ----
const rows = () =>
  tensor([
    [1, 2],
    [3, 4],
  ]);
assert.deepStrictEqual(rows(), rows());
assert.deepEqual({ a: [rows().t()] }, { a: [rows().t().contiguous()] });
assert.notDeepStrictEqual(rows(), rows().neg());
assert.notDeepEqual(rows(), rows().reshape([4]));
assert.deepStrictEqual(new nn.Parameter(rows()), new nn.Parameter(rows()));
assert.notDeepStrictEqual(new nn.Parameter(rows()), new nn.Parameter(rows().neg()));
assert(tensor(0.25) < 0.5 && Math.exp(tensor(0)) === 1 && 1 + tensor(2) === 3);
assert.throws(() => rows() < 1, A.ShapeError);
assert.equal(JSON.stringify({ loss: tensor(0.25), x: rows() }), '{"loss":0.25,"x":[[1,2],[3,4]]}');
assert.equal(inspect({ x: tensor([1]) }), '{ x: tensor([1.]) }');
assert.deepEqual(
  [...rows()].map((row) => row.tolist()),
  [
    [1, 2],
    [3, 4],
  ],
);
if (typeof Float16Array === 'function') {
  assert.equal(tensor(new Float16Array([1.5])).dtype, 'float16');
  assert.deepEqual(tensor([new Float16Array([1.5, 2])]).tolist(), [[1.5, 2]]);
}
await A.noGrad(async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert(!A.isGradEnabled());
});
assert(A.isGradEnabled());

// ---- values of another realm ----
const realm = (source) => vm.runInNewContext(source);
assert.deepEqual(tensor(realm('Float32Array.of(1, 2)')).tolist(), [1, 2]);
assert.equal(tensor(realm('Int32Array.of(1, 2)')).dtype, 'int32');
assert.deepEqual(tensor(realm('[[1, 2], [3, 4]]')).shape, [2, 2]);
assert.deepEqual(tensor(realm('[Float64Array.of(1, 2)]')).dtype, 'float64');
assert.deepEqual(new nn.Embedding(3, 2).forward(realm('Int32Array.of(0, 2)')).shape, [2, 2]);
assert.deepEqual(
  new nn.EmbeddingBag(3, 2).forward(realm('Int32Array.of(0, 2)'), realm('Int32Array.of(0)')).shape,
  [1, 2],
);
assert.deepEqual(A.zeros(realm('[2, 3]'), realm("({ dtype: 'float64' })")).dtype, 'float64');
const saved = realm('new Map()').set('w', rows());
assert.deepEqual(A.parseSafetensors(A.serializeSafetensors(saved)).tensors.w, rows());
assert.deepEqual(A.parseNpz(A.serializeNpz(saved)).w, rows());
assert.deepEqual(A.parseTorch(A.serializeTorch(saved)), { w: rows() });
const bytes = A.serializeNpz({ w: rows() });
assert.deepEqual(A.parseNpz(realm('(bytes) => Uint8Array.from(bytes)')(bytes)).w, rows());
assert.deepEqual(A.parseNpz(realm('(bytes) => Uint8Array.from(bytes).buffer')(bytes)).w, rows());
const generator = new A.Generator(1);
generator.setState(realm('(bytes) => Uint8Array.from(bytes)')(generator.getState().data));
assert.throws(() => generator.setState(realm('new Uint8Array(5056)')), A.ValueError);
assert.equal(A.Vocabulary.fromTokens(['a', 'b'], { specials: realm("new Map([['<u>', 0]])") }).lookupIndex('<u>'), 0);
assert.throws(() => tensor(realm('({})')), A.ArgumentError);
assert.throws(() => A.noGrad(realm('() => Promise.resolve()')), /returned a promise/);
assert(!(await A.noGrad(realm('(ask) => async () => { await 0; return ask(); }')(A.isGradEnabled))));

// ---- the library itself in another realm: errors, which are of that realm's classes ----
const context = vm.createContext({ A, rows });
const refusal = vm.runInContext('try { A.tensor({}) } catch (error) { error }', context);
assert(refusal instanceof A.ArgumentError);

// ---- two copies ----
const two = /two copies of lutra are loaded: .* and .*`npm ls lutra`/;
assert.notEqual(A.Tensor, B.Tensor);
for (const use of [
  () => A.tensor([1]).add(B.tensor([1])),
  () => A.matmul(A.ones([1, 1]), B.ones([1, 1])),
  () => new nn.Linear(1, 1).forward(B.ones([1, 1])),
  () => new nn.Embedding(2, 1).forward(B.tensor([1], { dtype: 'int32' })),
  () => new nn.Sequential(new B.nn.Linear(1, 1)),
  () => new A.optim.SGD(new B.nn.Linear(1, 1).parameters(), { lr: 1 }),
  () => new nn.Linear(1, 1).loadStateDict(new B.nn.Linear(1, 1).stateDict()),
  () => A.cat([A.ones([1]), B.ones([1])]),
  () => A.serializeSafetensors({ w: B.ones([1]) }),
  () => A.defaultCollate([B.ones([1])]),
  () => A.manualSeed(B.ones([1])),
]) {
  assert.throws(use, (error) => error instanceof TypeError && two.test(error.message), String(use));
}
class Mixed extends nn.Module {
  inner = new B.nn.Linear(1, 1);
  forward() {}
}
assert.throws(() => new Mixed().parameters(), two);
let fromB;
try {
  B.zeros([-1]);
} catch (error) {
  fromB = error;
}
assert(fromB instanceof A.ShapeError && fromB instanceof B.ShapeError && fromB instanceof RangeError);
assert(!(fromB instanceof A.ValueError) && !(fromB instanceof A.IndexError));
class Own extends A.ShapeError {}
assert(new Own('x') instanceof A.ShapeError && new Own('x') instanceof B.ShapeError && !(fromB instanceof Own));

// ---- CommonJS ----
const C = createRequire(import.meta.url)(join(folderA, 'dist', 'index.js'));
assert.equal(C.Tensor, A.Tensor);
assert.deepEqual(C.tensor([1, 2]).add(1).tolist(), [2, 3]);

console.log(`Node ${process.version}: realms, two copies and CommonJS agree`);

/** What a comparison finds on a tensor besides its dtype and shape. */
const elements = 'elements';

/**
 * Lets a tensor compare by value: what is the library's own is hidden from those who list properties, and the elements
 * are shown as nested lists.
 */
function showAsValue(t: object): void {
  if (Object.hasOwn(t, elements) || !Object.hasOwn(t, 'storage') || !Object.isExtensible(t)) return;
  const shown = ['dtype', 'shape'];
  for (const name of Object.keys(t)) if (!shown.includes(name)) Object.defineProperty(t, name, { enumerable: false });
  Object.defineProperty(t, elements, {
    get(this: { tolist(): unknown }) {
      return this.tolist();
    },
    enumerable: true,
    configurable: true,
  });
}

/**
 * Makes `assert.deepEqual`, Jest's and Vitest's `toEqual` compare the values of a class of tensors.
 *
 * All of them compare own enumerable properties and ask nobody, and a tensor's own are where it lies in memory and what
 * it came from. Fields that can't be listed would cost every tensor: #private ones up to 15 ns for each reading where
 * several classes meet (Node 26), others half a microsecond in the making. So a tensor changes its looks when somebody asks
 * what only comparisons, printing and the like ask: for its class by `constructor` or by Symbol.toStringTag.
 */
export function compareByValue(tensorClass: { readonly prototype: object }): void {
  Object.defineProperty(tensorClass.prototype, 'constructor', {
    get() {
      showAsValue(this);
      return tensorClass;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'constructor', { value, writable: true, configurable: true });
    },
    configurable: true,
  });
  Object.defineProperty(tensorClass.prototype, Symbol.toStringTag, {
    get() {
      showAsValue(this);
      return 'Tensor';
    },
    configurable: true,
  });
}

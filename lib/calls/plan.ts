/**
 * The numbers of one native call that don't fit its argument list: sizes and strides, in elements. One shared array,
 * filled right before each call, saves an allocation per operation; native code reads it during the call only.
 */
export const plan = new Float64Array(256);

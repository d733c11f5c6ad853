/** Modules, as PyTorch's `torch.nn`. */
export { ModuleDict, ModuleList, ParameterList, Sequential } from './containers.js';
export { Flatten, Unflatten } from './flatten.js';
export { Identity } from './identity.js';
export * as init from './init.js';
export { Module, type RecurseOptions } from './module.js';
export { Parameter, type ParameterOptions } from './parameter.js';
export type { LoadOptions, LoadResult, StateDict } from './state_dict.js';

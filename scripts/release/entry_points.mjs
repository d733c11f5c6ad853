/** The addon's entry points; everything else stays inside, where no library of the same process can take its place. */
export const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Whether a name is one of Node-API's, which the program that loads the addon has. */
export const isNodeFunction = (name) => /^(napi|node_api)_/.test(name);

// node-addon-api as this addon uses it; the only way to include it.
#pragma once

// Of Node 18.17, 20.3 and every later version.
#define NAPI_VERSION 9
#define NODE_ADDON_API_CPP_EXCEPTIONS
#define NODE_ADDON_API_DISABLE_DEPRECATED
// Nothing can be thrown in a worker that is being terminated; without this the whole process ends where one tries.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS

#include <napi.h>

// Node-API's functions on Windows. An import library would name node.exe, and the addon would not load into a program of
// another name (Electron, Bun, a renamed Node). So each function is a jump through a slot, and the slots are filled from the
// program that runs when the addon is loaded, before anything calls them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const jump = {
  x64: (name) => [`jmp *${name}_slot(%rip)`],
  arm64: (name) => [`adrp x16, ${name}_slot`, `ldr x16, [x16, :lo12:${name}_slot]`, 'br x16'],
};

function stub(name, cpu) {
  const lines = [
    '.text',
    '.p2align 4',
    `.globl ${name}`,
    `${name}:`,
    ...jump[cpu](name),
    '.data',
    '.p2align 3',
    `.globl ${name}_slot`,
    `${name}_slot: .quad 0`,
  ];
  return `__asm__("${lines.join('\\n')}");`;
}

/** Writes the source of these functions into a folder and returns its path. */
export function writeNodeFunctions(folder, { cpu }, names) {
  const text = `// Made by scripts/release/node_functions.mjs.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

${names.map((name) => stub(name, cpu)).join('\n')}

extern "C" {
${names.map((name) => `extern void* ${name}_slot;`).join('\n')}
}

namespace {
struct Slot {
  const char* name;
  void** slot;
};
const Slot slots[] = {
${names.map((name) => `    {"${name}", &${name}_slot},`).join('\n')}
};
}  // namespace

// The addon does not load into a program that lacks one of them.
extern "C" BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  HMODULE node = GetModuleHandleA("libnode.dll");
  if (node == nullptr) node = GetModuleHandleA(nullptr);
  for (const Slot& each : slots) {
    *each.slot = reinterpret_cast<void*>(GetProcAddress(node, each.name));
    if (*each.slot == nullptr) return FALSE;
  }
  return TRUE;
}
`;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'node_functions.cc');
  writeFileSync(path, text);
  return path;
}

import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { SelfTest } from './self_test.js';

interface Report {
  readonly node: { readonly version: string; readonly needed: string; readonly fits: boolean };
  readonly machine: {
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly freeGiB: number;
  };
  readonly addon: { readonly path: string | null; readonly error: string | null };
  /** What the addon says of the CPU; null where it does not load. */
  readonly lutra: Readonly<Record<string, unknown>> | null;
  readonly selfTest: readonly SelfTest[];
  readonly healthy: boolean;
}

/** The oldest Node that this package is for. */
const oldestNode = [20, 19] as const;

const gib = (bytes: number) => Math.round((10 * bytes) / 2 ** 30) / 10;

function nodeReport(): Report['node'] {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return { version: process.version, needed: `${oldestNode.join('.')} or later`, fits };
}

/** The file of the addon that this process has loaded. */
function addonPath(): string | null {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).find((path) => path.endsWith('lutra.node')) ?? null;
}

/**
 * `lutra doctor`: what the library finds on this machine, and whether it computes rightly here; returns the exit code.
 * @param load brings the library; what it throws says why there is no addon
 */
export async function doctorCommand(load: () => Promise<unknown>, { json }: { json: boolean }): Promise<number> {
  const [cpu] = cpus();
  let error: string | null = null;
  let lutra: Report['lutra'] = null;
  let selfTest: readonly SelfTest[] = [];
  try {
    await load();
    const { cpuInfo } = await import('../../../calls/runtime.js');
    lutra = { ...cpuInfo() };
    selfTest = await (await import('./self_test.js')).runSelfTest();
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  const node = nodeReport();
  const report: Report = {
    node,
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpu?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGiB: gib(totalmem()),
      freeGiB: gib(freemem()),
    },
    addon: { path: addonPath(), error },
    lutra,
    selfTest,
    healthy: error === null && node.fits && selfTest.every(({ passed }) => passed),
  };
  console.log(json ? JSON.stringify(report, null, 2) : linesOf(report).join('\n'));
  return report.healthy ? 0 : 1;
}

function linesOf({ node, machine, addon, lutra, selfTest, healthy }: Report): string[] {
  const lines = [
    `Node      ${node.version}${node.fits ? '' : `: too old; install Node ${node.needed}`}`,
    `Machine   ${machine.platform}, ${machine.cpu}, ${machine.cores} cores for this process`,
    `Memory    ${machine.memoryGiB} GiB, ${machine.freeGiB} GiB free`,
  ];
  if (addon.error === null) {
    lines.push(`Addon     ${addon.path ?? 'loaded'}`);
    const { isa, threads } = lutra as { isa?: unknown; threads?: unknown };
    lines.push(
      `Computes  with ${String(isa)} on ${String(threads)} threads (LUTRA_ISA and LUTRA_NUM_THREADS change that)`,
    );
    for (const { name, passed, detail, seconds } of selfTest) {
      lines.push(`${passed ? 'ok       ' : 'FAILED   '} ${name}: ${detail} (${seconds.toFixed(2)} s)`);
    }
  } else {
    lines.push('Addon     not loaded:', ...addon.error.split('\n').map((line) => `          ${line}`));
  }
  lines.push('', healthy ? 'All is well.' : 'Something is wrong: see above.');
  return lines;
}

export interface Target {
  readonly name: string;
  readonly zig: string;
  readonly os: 'linux' | 'darwin' | 'win32';
  readonly cpu: 'x64' | 'arm64';
  readonly libc?: 'glibc' | 'musl';
  readonly kernelsOf?: string;
}

export declare const targets: readonly Target[];
export declare const oldest: { readonly glibc: string; readonly macos: string; readonly windows: string };
export declare function targetOf(name: string): Target;

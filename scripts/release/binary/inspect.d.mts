export interface Import {
  readonly name: string;
  readonly library?: string | null;
  readonly version?: string;
  readonly weak?: boolean;
}

export interface Found {
  readonly format: 'ELF' | 'PE' | 'Mach-O';
  readonly cpu: string;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly libraries: readonly string[];
  readonly imports: readonly Import[];
  readonly exports: readonly string[];
  readonly extras: readonly string[];
  readonly rpath?: readonly string[];
  readonly nodelete?: boolean;
  readonly executableStack?: boolean;
  readonly oldestMacos?: string;
  readonly signed?: boolean;
  readonly oldestWindows?: string;
  readonly time?: number;
  readonly debug?: boolean;
  readonly dynamicBase?: boolean;
}

export declare function inspect(path: string): Found;

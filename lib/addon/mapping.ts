/** Files in memory: native/binding/mapping.cc. */
export interface NativeMapping {
  /** Bytes of a file, written to by copy alone; the system's error number where it can't be mapped, -1 where it is too short. */
  mapFile(path: string, begin: number, length: number): ArrayBuffer | number;
}

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  FileFormatError,
  parseNpy,
  parseNpz,
  parseSafetensors,
  parseTorch,
  serializeNpy,
  serializeNpz,
  serializeSafetensors,
  serializeTorch,
  tensor,
} from '../../lib/index.js';

const readers: Record<string, (bytes: Uint8Array) => unknown> = { parseSafetensors, parseNpy, parseNpz, parseTorch };
const x = tensor([1, 2]);
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234567\n`;

test.each<[what: string, bytes: Uint8Array, message: RegExp, but?: string[]]>([
  ['a Git LFS pointer', Buffer.from(pointer), /it is a Git LFS pointer, .*run git lfs pull/],
  ['gzip data', gzipSync(serializeNpy(x)), /it is gzip data; unpack it with gunzip/],
  ['a zip archive', serializeNpz({ x }), /zip archive|expected one entry data.pkl .*loadNpz/, ['parseNpz']],
  ['a NumPy array', serializeNpy(x), /it is a NumPy array; read it with loadNpy/, ['parseNpy']],
  ['a safetensors file', serializeSafetensors({ x }), /it is a safetensors file; read/, ['parseSafetensors']],
  ['a text', Buffer.from('the cat sat\non the mat and so on\n'), /it is a text that begins with "the cat sat"/],
  ['a tar archive', Buffer.from(`sys_info${'\0'.repeat(249)}ustar\x0000`), /it is a tar archive/],
  ['a web page', Buffer.from('<!DOCTYPE html>\n<html><head></head></html>'), /it is a web page/],
])('%s under the wrong name is called what it is', (_, bytes, message, but = []) => {
  for (const [name, parse] of Object.entries(readers)) {
    if (but.includes(name)) continue;
    expect(() => parse(bytes), name).toThrow(FileFormatError);
    expect(() => parse(bytes), name).toThrow(message);
  }
});

test('an archive of torch.save is none of NumPy, and holds no arrays', () => {
  expect(() => parseNpy(serializeTorch({ x }))).toThrow(
    /a zip archive; if torch.save wrote it, read it with loadTorch/,
  );
  expect(() => parseSafetensors(serializeTorch({ x }))).toThrow(/is no safetensors file: .* a zip archive/);
  expect(() => parseNpz(serializeTorch({ x }))).toThrow(
    /none ends with .npy; read a file of torch.save with loadTorch/,
  );
  expect(parseNpz(serializeNpz({}))).toEqual({});
});

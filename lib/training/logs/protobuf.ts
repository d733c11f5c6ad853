/** Encodes messages of Protocol Buffers: fields by their numbers. What it does not offer, event files don't need. */
export class ProtoMessage {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer, an enum or a bool. */
  integer(field: number, value: number): this {
    this.#key(field, 0);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(value);
    return this.#add(bytes);
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeFloatLE(value);
    return this.#add(bytes);
  }

  string(field: number, value: string): this {
    return this.#bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: ProtoMessage): this {
    return this.#bytes(field, value.encode());
  }

  doubles(field: number, values: readonly number[]): this {
    const bytes = Buffer.allocUnsafe(8 * values.length);
    for (const [i, value] of values.entries()) bytes.writeDoubleLE(value, 8 * i);
    return this.#bytes(field, bytes);
  }

  encode(): Buffer {
    return Buffer.concat(this.#parts, this.#length);
  }

  #bytes(field: number, bytes: Uint8Array): this {
    this.#key(field, 2);
    this.#varint(bytes.length);
    return this.#add(bytes);
  }

  #key(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  /** Seven bits a byte, the lowest first; the number must not be negative. */
  #varint(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
    this.#add(Uint8Array.from(bytes));
  }

  #add(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

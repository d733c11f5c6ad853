/** An element of the page by its id. */
export function byId<T extends HTMLElement>(id: string, kind: { new (): T }): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** Makes an element; texts become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Says something to those who listen to the page. */
export function announce(text: string): void {
  byId('announcement', HTMLElement).textContent = text;
}

/** Calls `change` with the value of the radio button that is chosen. */
export function onChoice(group: string, change: (value: string) => void): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>(`input[name="${group}"]`)) {
    radio.addEventListener('change', () => {
      if (radio.checked) change(radio.value);
    });
  }
}

export function choose(group: string, value: string): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>(`input[name="${group}"]`)) {
    radio.checked = radio.value === value;
  }
}

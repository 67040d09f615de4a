/**
 * Styles that scripts make must carry the number of this answer to be let in
 * (Content-Security-Policy). antd could be told the number, but some of its
 * parts make styles without it (seen: measuring a scroll bar, 6.6).
 */

export function signStyles(document: Document): void {
  const meta = document.querySelector<HTMLMetaElement>(
    'meta[name="csp-nonce"]',
  );
  const nonce = meta?.content;
  if (!nonce) return;
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}

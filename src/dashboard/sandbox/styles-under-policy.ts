/**
 * xterm.js writes style elements and style attributes, which the Content-Security-Policy of this page refuses. Until the
 * returned function is called, what the document creates for them goes the ways that it allows: constructed style sheets,
 * and the style object of an element.
 */
export function styleUnderPolicy(): () => void {
  const sheets = new Set<CSSStyleSheet>();
  const create = document.createElement.bind(document);
  const createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    if (name === 'style') return sheetElement(create('template'), sheets);
    return name === 'span' ? styledElement(create('span')) : create(name, options);
  };
  Object.defineProperty(document, 'createElement', { configurable: true, value: createElement });
  return () => {
    Reflect.deleteProperty(document, 'createElement');
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
  };
}

function sheetElement(element: HTMLElement, sheets: Set<CSSStyleSheet>): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.add(sheet);
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (rules: string) => sheet.replaceSync(rules) });
  return element;
}

function styledElement(element: HTMLElement): HTMLElement {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else setAttribute(name, value);
  };
  return element;
}

/** Hands bytes to the browser as a file to keep. */
export function saveAs(path: string, content: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(content)]));
  const link = document.createElement('a');
  link.href = url;
  link.download = path.slice(path.lastIndexOf('/') + 1);
  link.click();
  URL.revokeObjectURL(url);
}

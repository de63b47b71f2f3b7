import { SandglassError, type SandglassErrorCode } from './sandglass-error.ts';

/** The error that an answer tells of: a problem document of the service, or what somebody in between said. */
export function problemError(response: Response, text: string): SandglassError {
  const problem = parsedObject(text);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const options = { status: response.status, requestId, retryAfterMs: retryAfterMs(response.headers) };
  const {
    type: _type,
    title,
    status: _status,
    detail,
    code,
    hint,
    requestId: _id,
    instance: _instance,
    ...details
  } = problem;
  if (typeof code !== 'string') {
    const message = `The answer was ${response.status} and not one of Sandglass.`;
    return new SandglassError('unexpected_answer', message, { ...options, hint: 'Is SANDGLASS_URL right?' });
  }
  return new SandglassError(
    // The service's codes are a closed list; a newer service may know more, which callers meet in their default branch.
    code as SandglassErrorCode,
    textOr(detail) ?? textOr(title) ?? code,
    { ...options, hint: textOr(hint), details },
  );
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whole seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

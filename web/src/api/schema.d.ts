/* Replaced by `npm run api` as soon as api/openapi.json is there. */
/* eslint-disable @typescript-eslint/no-explicit-any */
interface Operation {
  parameters: { query?: any; header?: any; path?: any; cookie?: any }
  requestBody?: { content: { 'application/json': any } }
  responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': any } } }
}
export type paths = Record<string, { get: Operation; put: Operation; post: Operation; patch: Operation; delete: Operation }>

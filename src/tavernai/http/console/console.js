// The API's operations, each with a form to try it. Reads the same document as every other client.
'use strict'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const ANSWER_CHARS_MAX = 200_000
let csrf = ''

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children)
  return element
}

function resolved(spec, schema, depth = 0) {
  if (!schema || depth > 6) return {}
  if (schema.$ref) return resolved(spec, spec.components.schemas[schema.$ref.split('/').pop()], depth + 1)
  const choice = (schema.anyOf ?? schema.oneOf)?.find((one) => one.type !== 'null')
  return choice ? resolved(spec, choice, depth + 1) : schema
}

// A body to start from: what is required, with empty values of the right kind.
function example(spec, schema, depth = 0) {
  const known = resolved(spec, schema)
  if ('default' in known) return known.default
  if (known.enum) return known.enum[0]
  if (known.type === 'object' && depth < 4) {
    const wanted = known.required ?? []
    return Object.fromEntries(wanted.map((name) => [name, example(spec, known.properties?.[name], depth + 1)]))
  }
  return { array: [], integer: 0, number: 0, boolean: false, object: {} }[known.type] ?? ''
}

function bodyKind(operation) {
  return Object.keys(operation.requestBody?.content ?? {})[0] ?? ''
}

function field(id, label, input) {
  return [make('label', { for: id }, label), input]
}

function fields(spec, operation) {
  const grid = make('div', { class: 'fields' })
  for (const parameter of (operation.parameters ?? []).filter((one) => one.in !== 'cookie')) {
    const id = `${operation.operationId}-${parameter.name}`
    const input = make('input', { id, name: parameter.name, 'data-in': parameter.in, required: parameter.required })
    grid.append(...field(id, parameter.required ? `${parameter.name} *` : parameter.name, input))
  }
  const kind = bodyKind(operation)
  const id = `${operation.operationId}-body`
  if (kind.startsWith('multipart/')) {
    grid.append(...field(id, 'file', make('input', { id, type: 'file', multiple: true, 'data-in': 'file' })))
  } else if (kind) {
    const area = make('textarea', { id, 'data-in': 'body', spellcheck: 'false' })
    area.value = JSON.stringify(example(spec, operation.requestBody.content[kind].schema), null, 2)
    grid.append(...field(id, 'body', area))
  }
  return grid
}

function request(path, method, form) {
  const query = new URLSearchParams()
  const headers = new Headers()
  const key = document.getElementById('key').value.trim()
  if (key) headers.set('Authorization', `Bearer ${key}`)
  else if (method !== 'get' && csrf) headers.set('X-CSRF-Token', csrf)
  let body
  for (const input of form.querySelectorAll('[data-in]')) {
    const { name, value, dataset } = input
    if (dataset.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value))
    else if (dataset.in === 'query' && value) query.append(name, value)
    else if (dataset.in === 'header' && value) headers.set(name, value)
    else if (dataset.in === 'file') {
      body = new FormData()
      for (const file of input.files) body.append('file', file)
    } else if (dataset.in === 'body') {
      body = value
      headers.set('Content-Type', 'application/json')
    }
  }
  const url = query.size ? `${path}?${query}` : path
  return [url, { method: method.toUpperCase(), headers, body, credentials: key ? 'omit' : 'same-origin' }]
}

async function answerText(answer) {
  const type = answer.headers.get('content-type') ?? ''
  if (type.includes('json')) return JSON.stringify(await answer.json(), null, 2)
  if (type.startsWith('text/')) return answer.text()
  return `(${(await answer.blob()).size} bytes of ${type || 'nothing'})`
}

async function attempt(path, method, form, output) {
  const [url, options] = request(path, method, form)
  output.hidden = false
  output.textContent = '…'
  output.classList.remove('refused')
  const started = performance.now()
  try {
    const answer = await fetch(url, options)
    const text = answer.status === 204 ? '' : await answerText(answer)
    const head = `${answer.status} ${answer.statusText} in ${Math.round(performance.now() - started)} ms`
    output.textContent = `${head}\n${text}`.slice(0, ANSWER_CHARS_MAX)
    output.classList.toggle('refused', !answer.ok)
    if (url.startsWith('/api/auth/') || url.startsWith('/api/setup')) await learnSession()
  } catch (error) {
    output.textContent = String(error)
    output.classList.add('refused')
  }
}

function operationForm(spec, path, method, operation) {
  const output = make('pre', { hidden: true, tabindex: '0', 'aria-label': 'Answer' })
  const form = make('form', {
    class: 'operation',
    onsubmit: (event) => {
      event.preventDefault()
      attempt(path, method, event.currentTarget, output)
    },
  })
  const text = operation.description ?? ''
  if (text) form.append(make('p', {}, text))
  form.append(fields(spec, operation), make('button', { type: 'submit' }, 'Send'), output)
  return form
}

function shown(spec, path, method, operation) {
  const name = `${method} ${path} ${operation.operationId}`.toLowerCase()
  const summary = make('summary', {}, make('span', { class: 'method' }, method.toUpperCase()), make('code', {}, path))
  const details = make('details', { 'data-name': name }, summary)
  // Forms are made when somebody looks: the document has hundreds.
  details.addEventListener('toggle', () => details.append(operationForm(spec, path, method, operation)), { once: true })
  return details
}

function show(spec) {
  const sections = new Map()
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((one) => one in methods)) {
      const operation = methods[method]
      const tag = operation.tags?.[0] ?? 'other'
      if (!sections.has(tag)) sections.set(tag, make('section', {}, make('h2', {}, tag)))
      sections.get(tag).append(shown(spec, path, method, operation))
    }
  }
  document.getElementById('operations').replaceChildren(...sections.values())
  filter() // somebody may have typed while the document was on its way
  document.getElementById('about').textContent = `Version ${spec.info.version}. ${spec.info.description}`
}

function filter() {
  const wanted = document.getElementById('filter').value.trim().toLowerCase()
  for (const details of document.querySelectorAll('details')) details.hidden = !details.dataset.name.includes(wanted)
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('details:not([hidden])')
}

async function learnSession() {
  const answer = await fetch('/api/auth/me')
  csrf = answer.ok ? ((await answer.json()).csrf_token ?? '') : ''
}

async function start() {
  document.getElementById('access').addEventListener('submit', (event) => event.preventDefault())
  document.getElementById('filter').addEventListener('input', filter)
  try {
    show(await (await fetch('/api/openapi.json')).json())
  } catch (error) {
    document.getElementById('about').textContent = `The document could not be read: ${error}`
  }
  await learnSession()
}

start()

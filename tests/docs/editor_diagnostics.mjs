// What VS Code's Cucumber extension reports: the problems of features, given the steps and the settings.
// node editor_diagnostics.mjs SETTINGS STEPS-FOLDER FEATURE...  (run where @cucumber/language-service is installed)
import { createRequire } from 'node:module'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const { ExpressionBuilder, getGherkinDiagnostics } = require('@cucumber/language-service')
const { WasmParserAdapter } = require('@cucumber/language-service/wasm')

const [settings, folder, ...features] = process.argv.slice(2)
const main = require.resolve('@cucumber/language-service')
const adapter = new WasmParserAdapter(join(dirname(main), '..', '..'))
await adapter.init()

const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => ({
    languageName: 'python',
    uri: join(folder, name),
    content: readFileSync(join(folder, name), 'utf-8'),
  }))
const parameterTypes = JSON.parse(readFileSync(settings, 'utf-8'))['cucumber.parameterTypes']
const built = new ExpressionBuilder(adapter).build(sources, parameterTypes)
const expressions = built.expressionLinks.map((link) => link.expression)
const problems = features.flatMap((path) =>
  getGherkinDiagnostics(readFileSync(path, 'utf-8'), expressions).map(
    (one) => `${path}:${one.range.start.line + 1}: ${one.message.split('\n')[0]}`
  )
)
console.log(JSON.stringify({
  steps: expressions.length,
  errors: built.errors.map(String),
  problems,
}))

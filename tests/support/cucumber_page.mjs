// Renders the Cucumber Messages on stdin as a page on stdout (run where @cucumber/html-formatter is installed).
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(process.cwd(), 'package.json'))
const { CucumberHtmlStream } = await import(pathToFileURL(require.resolve('@cucumber/html-formatter')))

const page = new CucumberHtmlStream()
page.pipe(process.stdout)
for await (const line of createInterface({ input: process.stdin })) page.write(JSON.parse(line))
page.end()

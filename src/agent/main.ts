import './http/native-base64.ts';

import { stat, writeFileSync } from 'node:fs';
import { AGENT_PORT, type AgentInit, agentVariables } from '../contract/agent.ts';
import { Process } from '../contract/gen/process/process_pb.js';
import { systemAccounts } from './accounts.ts';
import type { AgentDeps } from './deps.ts';
import { fileRoutes } from './filesystem/file-routes.ts';
import { agentServer } from './http/agent-server.ts';
import { connectRoutes } from './http/connect-routes.ts';
import { healthRoutes } from './http/health-routes.ts';
import { initLine } from './http/init-line.ts';
import { initRoute } from './http/init-route.ts';
import { stopRoute } from './http/stop-route.ts';
import { mainCommand } from './main-command.ts';
import { execRoutes } from './process/exec-routes.ts';
import { execTable } from './process/exec-table.ts';
import { fifoPool } from './process/fifo-pool.ts';
import { mkfifoProgram } from './process/make-fifos.ts';
import { processService } from './process/process-service.ts';
import { processTable } from './process/process-table.ts';
import { usageRoutes } from './process/usage-routes.ts';
import { imageEnvOf } from './run-of.ts';
import { openSession } from './session.ts';
import { shutdown } from './shutdown.ts';
import { runTaker } from './take-run.ts';
import { terminalUpgrade } from './terminal/terminal-upgrade.ts';
import { startTicks } from './ticks.ts';
import { tunnel } from './tunnel.ts';
import { rehearse, warmUp } from './warm-up.ts';

/** The main process of a sandbox, under docker-init: listens, and does nothing until it is given a run. */
function main(): void {
  const initSecretHash = process.env[agentVariables.initSecretHash] ?? '';
  const image = {
    imageEnv: imageEnvOf(process.env),
    imageUser: process.env[agentVariables.imageUser] ?? '',
    imageWorkdir: process.cwd(),
  };
  const warn = (message: string) => process.stderr.write(`agent: ${message}\n`);
  const fifos = fifoPool({ make: mkfifoProgram(), warn });
  const deps: AgentDeps = { session: openSession(), accounts: systemAccounts(), ticks: startTicks(), fifos };
  const endWith = (exitCode: number) => process.exit(exitCode);
  const command = mainCommand(deps.session, endWith);
  const table = processTable(deps);
  const groups = () => [...(command.pid === undefined ? [] : [command.pid]), ...table.groups()];
  const terminals = () => table.running().flatMap(({ live }) => (live.isTerminal ? [live.pid] : []));
  const ending = shutdown({ groups, terminals, endWith });
  const port = Number(process.env[agentVariables.port] ?? AGENT_PORT);
  let isRehearsed = false;
  const onRehearsal = async ({ accessToken }: AgentInit) => {
    isRehearsed = true;
    fifos.fill();
    await rehearse(port, accessToken);
  };
  const onReady = ({ accessToken }: AgentInit) => {
    if (isRehearsed) return;
    fifos.fill();
    void warmUp(port, accessToken);
  };
  const taker = runTaker({ ...deps, ...image, mainCommand: command, onReady, rehearse: onRehearsal, endWith });
  const init = { initSecretHash, taker };
  const server = agentServer({
    session: deps.session,
    routes: [
      initRoute(init),
      stopRoute(ending, initSecretHash),
      ...healthRoutes(deps.session),
      ...connectRoutes([Process.typeName], (router) => router.service(Process, processService(deps, table))),
      ...execRoutes(execTable(deps, table), table),
      ...usageRoutes(deps.accounts, table),
      ...fileRoutes(deps),
    ],
    upgrades: [terminalUpgrade(deps, table), initLine(init)],
    connect: tunnel,
  });
  process.on('SIGTERM', () => ending.begin());
  // One broken stream of a caller must not end everybody's sandbox.
  process.on('uncaughtException', (error) => warn(error.stack ?? error.message));
  callOneself('sandglass-agent');
  // libuv makes its threads with the first use, and ends the process where the sandbox has no room left for them.
  stat('/', () => server.listen(port, '0.0.0.0'));
}

/** For `ps`, and for the kernel, which would tell of a killed `ld-linux-x86-64`: 15 bytes of a name are kept (proc(5)). */
function callOneself(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name);
  } catch {
    // Without a /proc nobody asks either.
  }
}

main();

import { baseImage } from './base-image.mjs';
import { build } from './build.mjs';
import { busyboxImage } from './busybox-image.mjs';
import { engine } from './engine.mjs';
import { npmPackages } from './npm-packages.mjs';
import { redisServer } from './redis-server.mjs';
import { browser, caddy, compose, nginx, sqlite } from './test-programs.mjs';

/**
 * What a machine must have, each step with { name, what, why, needs, plan, command, isMissing, provide }.
 * `needs` names the steps that must be done before; all others run at the same time.
 */
const CHECKS = [npmPackages, build];
const SERVICE = [...CHECKS, engine, redisServer, baseImage];
const TESTS = [...SERVICE, busyboxImage, browser, sqlite, compose, nginx, caddy];

/** By what they are for. */
export const STEPS = { checks: CHECKS, service: SERVICE, tests: TESTS };

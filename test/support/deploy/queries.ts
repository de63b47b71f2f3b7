import { readFileSync } from 'node:fs';

/** What a PromQL expression asks for. */
export interface Asked {
  readonly expr: string;
  /** Metrics by name. */
  readonly metrics: readonly string[];
  /** Label matchers: metric, label, value; `=~` among them as it stands. */
  readonly matchers: readonly { readonly metric: string; readonly label: string; readonly value: string }[];
  /** Labels that sums are kept apart by. */
  readonly by: readonly string[];
}

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly summary: string;
  readonly action: string;
}

const FUNCTIONS = new Set(['sum', 'by', 'rate', 'increase', 'histogram_quantile']);

/** Every rule of deploy/monitoring/alerts.yml; throws where one has not all that it needs, each on one line. */
export function alerts(): readonly Alert[] {
  const [, ...rules] = readFileSync('deploy/monitoring/alerts.yml', 'utf8').split(/^ {6}- alert: /m);
  return rules.map((rule) => {
    const field = (name: string) => {
      const found = new RegExp(`^ +${name}: (.+)$`, 'm').exec(rule)?.[1];
      if (found === undefined) throw new Error(`no ${name} in the rule ${rule}`);
      return found;
    };
    const name = rule.slice(0, rule.indexOf('\n'));
    return { name, expr: field('expr'), summary: field('summary'), action: field('action') };
  });
}

/** Every expression of the dashboard, with the labels that its legends name. */
export function dashboardQueries(): readonly {
  readonly title: string;
  readonly expr: string;
  readonly legend: string;
}[] {
  const { panels } = JSON.parse(readFileSync('deploy/monitoring/grafana-dashboard.json', 'utf8')) as {
    panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
  };
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat: legend }) => ({ title, expr, legend })),
  );
}

/** Reads as much of PromQL as deploy/monitoring speaks; throws at a word that it does not know. */
export function readQuery(expr: string): Asked {
  const matchers: Asked['matchers'][number][] = [];
  const by: string[] = [];
  const left = expr
    .replace(/([a-z_]+)\{([^}]*)\}/g, (_all, metric: string, inside: string) => {
      for (const [, label = '', value = ''] of inside.matchAll(/([a-z_]+)=~?"([^"]*)"/g)) {
        matchers.push({ metric, label, value });
      }
      return metric;
    })
    .replace(/\bby \(([^)]*)\)/g, (_all, labels: string) => {
      by.push(...labels.split(',').map((label) => label.trim()));
      return '';
    })
    .replace(/\[[^\]]*\]/g, '');
  const metrics = [...left.matchAll(/[a-z_][a-z0-9_]*/g)].map(([word]) => word).filter((word) => !FUNCTIONS.has(word));
  return { expr, metrics: [...new Set(metrics)], matchers, by: [...new Set(by)] };
}

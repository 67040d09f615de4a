/** Which project; in the address, so that it can be kept and sent. */

import { Select } from "antd";
import { useEffect, useState } from "react";
import type { SessionProject } from "../../conat-api/wire/session.js";

interface ProjectSelectProps {
  projects: readonly SessionProject[];
  chosen: SessionProject | undefined;
  onChoose(project_id: string): void;
}

export function ProjectSelect(props: ProjectSelectProps) {
  const { projects, chosen, onChoose } = props;
  return (
    <Select
      aria-label="Project"
      value={chosen?.project_id ?? null}
      onChange={onChoose}
      options={projects.map(({ project_id, title }) => ({
        value: project_id,
        label: title,
      }))}
      style={{ minWidth: 240 }}
    />
  );
}

export function useChoice(
  projects: readonly SessionProject[],
): [SessionProject | undefined, (project_id: string) => void] {
  const [asked, setAsked] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const follow = () => setAsked(window.location.hash.slice(1));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  // A project that is added later may come first, but does not take over.
  const [first, setFirst] = useState(projects[0]?.project_id);
  useEffect(() => {
    setFirst((first) => first ?? projects[0]?.project_id);
  }, [projects]);
  const find = (id = "") =>
    projects.find(({ project_id }) => project_id === id);
  const choose = (project_id: string) => {
    window.location.hash = project_id;
  };
  return [find(asked) ?? find(first) ?? projects[0], choose];
}

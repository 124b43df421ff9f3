/* Marks the arrows of the regions that are chosen; the style of the labelling page shows these and no others. */
setInterval(() => {
  const annotation = window.Htx?.annotationStore?.selected;
  for (const relation of annotation?.relationStore?.relations ?? []) {
    const chosen = Boolean(relation.node1?.selected || relation.node2?.selected);
    document.getElementById(relation.id)?.toggleAttribute("data-chosen", chosen);
  }
}, 100);

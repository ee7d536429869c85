"""Why a service is not well: causes, from what AWS says about stacks, services, tasks and targets."""

"""The CDK app: every environment file of the repository, or those that the context names.

Context (``cdk … --context key=value``):
    environment: Names of the environments to synthesize, with commas. Default: all.
    environment-file: Path of a single environment file, instead of those in ``environments/``.
    destroy-data: Names of the environments whose data may be destroyed with their stacks, with commas. It has no
        effect on an environment whose file does not say ``protection: destroy``.
    jobs: In how many processes to synthesize many environments, at most. Default: one for each core.
    pipeline: Path of a deployment file, to synthesize the pipeline that it describes along with the environments that
        it deploys. Default: no pipeline.
"""

from stacks import start

if __name__ == "__main__":
    start.begin()

    # Meanwhile: this takes as long.
    from stacks.app import main

    main()

@rule-multi-node-runtime-checked @extended @since-0.15.0
Feature: The webhook validates the worker nodes of a runtime
  A multi-node runtime describes its worker nodes: one container, and the numbers of nodes and GPUs for a model. Since
  v0.15.0 the webhook rejects descriptions that KServe cannot run. The requirements for the sizes changed in v0.15.2.

  Scenario: A runtime with one worker container and both sizes is accepted
    When a ClusterServingRuntime "many-node" that is multi-node is applied
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    Then the runtime is accepted

  Scenario: Worker nodes cannot be removed from a runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When ClusterServingRuntime "many-node" is patched with
      """
      workerSpec: null
      """
    Then the runtime is rejected with "removing workerSpec where it already exists is not allowed"

  Scenario: Worker nodes can be added to a runtime
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When ClusterServingRuntime "one-node" is patched with
      """
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is accepted

  Scenario: A second worker container is rejected
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
          - name: second-container
            image: example.com/worker:1
      """
    Then the runtime is rejected with "setting multiple containers in workerSpec is not allowed"

  Scenario: The webhook fails on an empty list of worker containers
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers: []
      """
    Then the runtime is rejected

  Scenario Outline: A size cannot be set by the environment variable <variable>
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      containers:
        - name: kserve-container
          image: example.com/head:1
          env:
            - name: <variable>
              value: "2"
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is rejected with "setting <variable> in environment variables is not allowed"

    Examples:
      | variable               |
      | PIPELINE_PARALLEL_SIZE |
      | TENSOR_PARALLEL_SIZE   |

  Scenario: A runtime without worker nodes can set such a variable
    When a ClusterServingRuntime "one-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      containers:
        - name: kserve-container
          image: example.com/head:1
          env:
            - name: TENSOR_PARALLEL_SIZE
              value: "2"
      """
    Then the runtime is accepted

  Scenario Outline: An unknown type of GPU is rejected in the <container>
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      containers:
        - name: kserve-container
          image: example.com/head:1
          resources:
            limits:
              <head>: "1"
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
            resources:
              limits:
                <worker>: "1"
      """
    Then the runtime is rejected with "unknown GPU resource type in a container(<container>)"

    Examples:
      | container        | head            | worker          |
      | kserve-container | example.com/gpu | nvidia.com/gpu  |
      | worker-container | nvidia.com/gpu  | example.com/gpu |

  Scenario: A negative number of GPUs per node is rejected
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: -1
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is rejected

  @until-0.15.1
  Scenario: Before v0.15.2 a runtime for a single node in total is rejected
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 1
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is rejected with "cannot be less than 2"

  @since-0.15.2
  Scenario: Since v0.15.2 a runtime for a single node in total is accepted
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 1
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is accepted

  @until-0.15.1
  Scenario: Before v0.15.2 the sizes are required
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is rejected with "pipelineParallelSize must be set when WorkerSpec is set"

  @since-0.15.2
  Scenario: Since v0.15.2 the sizes are optional
    When a ClusterServingRuntime "many-node" is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        containers:
          - name: worker-container
            image: example.com/worker:1
      """
    Then the runtime is accepted

  @since-0.8.0 @until-0.14.1
  Scenario: Up to v0.14.1 worker nodes can be removed from a runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When ClusterServingRuntime "many-node" is patched with
      """
      workerSpec: null
      """
    Then the runtime is accepted

@rule-multi-node-runtime-checked @extended @since-0.15.0
Feature: The worker nodes of a runtime are checked when it is written
  A multi-node runtime describes its worker nodes: one container, and how many nodes and GPUs a model is spread over.
  Since v0.15.0 KServe refuses descriptions that it could not run. What it asks of the sizes has changed in v0.15.2.

  Scenario: A runtime with one worker container and both sizes is accepted
    When a ClusterServingRuntime "many-node" that is multi-node is applied
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    Then the runtime is accepted

  Scenario: Worker nodes cannot be taken from a runtime
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

  Scenario: A second worker container is refused
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

  Scenario: An empty list of worker containers makes the check itself fail
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

  Scenario Outline: A size may not be given as the environment variable <variable>
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

  Scenario: A runtime without worker nodes may have such a variable
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

  Scenario Outline: A kind of GPU that KServe does not know is refused in the <container>
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

  Scenario: A negative number of GPUs for each node is refused
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
  Scenario: Before v0.15.2 a runtime for one node in all is refused
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
  Scenario: Since v0.15.2 a runtime for one node in all is accepted
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
  Scenario: Before v0.15.2 the sizes may not be left out
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
  Scenario: Since v0.15.2 the sizes may be left out
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
  Scenario: Up to v0.14.1 worker nodes can be taken from a runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When ClusterServingRuntime "many-node" is patched with
      """
      workerSpec: null
      """
    Then the runtime is accepted

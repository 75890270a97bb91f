@rule-container-attributes-used @extended
Feature: Environment and GPUs of the head pod of a multi-node service
  A multi-node service has a head and workers. Since v0.15.0 environment variables of the head container set how the
  model is split, and since v0.15.1 also the number of nodes and of the head's GPUs. The container limits and requests
  these GPUs.

  Background:
    Given a ClusterServingRuntime "several-nodes" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |

  @since-0.15.0
  Scenario: The head has the parallel sizes of the model
    When a service "fraud" in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has env "PIPELINE_PARALLEL_SIZE" with value "2"
    And its container has env "TENSOR_PARALLEL_SIZE" with value "1"
    And its container has env "MODEL_NAME" with value "fraud"
    And its container has env "MODEL_DIR" with value "/mnt/models"

  @since-0.15.1
  Scenario: The head has the number of nodes and of its GPUs
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then its container has env "RAY_NODE_COUNT" with value "2"
    And its container has env "REQUEST_GPU_COUNT" with value "1"

  @since-0.15.0
  Scenario Outline: The head has a GPU that neither the runtime nor the service requests
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: <autoscaler>}
      spec:
        predictor:
          model:
            modelFormat: {name: huggingface}
            storageUri: pvc://models/model
          workerSpec: {}
      """
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has
      """
      resources:
        limits: {nvidia.com/gpu: "1"}
        requests: {nvidia.com/gpu: "1"}
      """

    @until-0.15.1
    Examples: With the autoscaler class external
      | autoscaler |
      | external   |

    @since-0.15.2
    Examples: With the autoscaler class none
      | autoscaler |
      | none       |

  @since-0.15.0 @until-0.15.0
  Scenario: In v0.15.0 the head does not have the number of nodes
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has no env "RAY_NODE_COUNT"

  @since-0.14.0 @until-0.14.1
  Scenario: In v0.14 the pod of a multi-node service does not know about other pods
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has no env "PIPELINE_PARALLEL_SIZE"

  @since-0.15.1
  Scenario Outline: With the executor mp, four parts in two stages need <nodes> nodes, <range>
    Given a ClusterServingRuntime "with-executor"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      annotations: {multinode/executor-backend: mp}
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 2
        containers:
          - {name: worker-container, image: "example.com/worker:1"}
      """
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: <autoscaler>}
      spec:
        predictor:
          model:
            modelFormat: {name: own-format}
            storageUri: pvc://models/model
          workerSpec: {pipelineParallelSize: 2, tensorParallelSize: 2}
      """
    Then its container has env "RAY_NODE_COUNT" with value "<nodes>"
    And its container has env "REQUEST_GPU_COUNT" with value "<gpus>"

    @until-0.15.1
    Examples: Without GPUs every part has its own node
      | nodes | gpus | autoscaler | range           |
      | 4     | 1    | external   | in v0.15.1      |

    @since-0.15.2 @until-0.17.1
    Examples: The same, with the autoscaler class none
      | nodes | gpus | autoscaler | range           |
      | 4     | 1    | none       | up to v0.17.1   |

    @since-0.18.0
    Examples: Every stage has its own node
      | nodes | gpus | autoscaler | range           |
      | 2     | 2    | none       | since v0.18.0   |

  @since-0.15.0
  Scenario: The pods have a label with the generation of the service
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then its pod has label "isvc.generation" with value "1"

  @since-0.16.0
  Scenario: Since v0.16.0 the head has the path of a model in an OCI image
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: none}
      spec:
        predictor:
          model:
            modelFormat: {name: huggingface}
            storageUri: oci://example.com/models/model
          workerSpec: {pipelineParallelSize: 2, tensorParallelSize: 1}
      """
    Then its container has env "MODEL_DIR" with value "/mnt/models"

@rule-container-attributes-used @extended
Feature: What the first pod of a service on several nodes is told
  A service on several nodes has a head and workers. Since v0.15.0 the container of the head is told by variables how the
  model is cut, and since v0.15.1 also how many nodes there are and how many of the GPUs are its own.

  Background:
    Given a ClusterServingRuntime "several-nodes" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |

  @since-0.15.0
  Scenario: The head is told the sizes of the model's parts
    When a service "fraud" in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has env "PIPELINE_PARALLEL_SIZE" with value "2"
    And its container has env "TENSOR_PARALLEL_SIZE" with value "1"
    And its container has env "MODEL_NAME" with value "fraud"
    And its container has env "MODEL_DIR" with value "/mnt/models"

  @since-0.15.1
  Scenario: The head is told the number of nodes and of its GPUs
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then its container has env "RAY_NODE_COUNT" with value "2"
    And its container has env "REQUEST_GPU_COUNT" with value "1"

  @since-0.15.0 @until-0.15.0
  Scenario: In v0.15.0 the head is not told the number of nodes
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has no env "RAY_NODE_COUNT"

  @since-0.14.0 @until-0.14.1
  Scenario: In v0.14 a service on several nodes gets a pod that knows of no others
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "several-nodes"
    And its container has no env "PIPELINE_PARALLEL_SIZE"

  @since-0.15.1
  Scenario Outline: With the executor mp, four parts in two stages mean <nodes> nodes, <range>
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
    Examples: Without GPUs every part has its node
      | nodes | gpus | autoscaler | range           |
      | 4     | 1    | external   | in v0.15.1      |

    @since-0.15.2 @until-0.17.1
    Examples: The same, with the other word for no autoscaler
      | nodes | gpus | autoscaler | range           |
      | 4     | 1    | none       | up to v0.17.1   |

    @since-0.18.0
    Examples: Every stage has its node
      | nodes | gpus | autoscaler | range           |
      | 2     | 2    | none       | since v0.18.0   |

  @since-0.15.0
  Scenario: The pods of one generation of a service are labelled with it
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then its pod has label "isvc.generation" with value "1"

  @since-0.16.0
  Scenario: Since v0.16.0 the head is told the folder of a model that is an OCI image
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

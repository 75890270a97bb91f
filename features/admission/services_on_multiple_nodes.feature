@rule-multi-node-service-checked @extended @since-0.15.0
Feature: The webhook is stricter about services on multiple nodes
  A service with worker nodes must set the location of its model, on storage that all nodes can mount, and must not be
  autoscaled. Since v0.15.0 the webhook rejects a service that violates this. The requirements changed in v0.15.2 and
  v0.16.0.

  Scenario: A service that meets all requirements is accepted
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then the service is accepted

  @since-0.15.2
  Scenario: Since v0.15.2 the autoscaler class must be none
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: hpa
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'none' autoscaler(hpa)"

  @since-0.15.2
  Scenario: Since v0.15.2 the autoscaler class is required
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'none' autoscaler()"

  @since-0.15.2
  Scenario: Since v0.15.2 an external autoscaler is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: external
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'none' autoscaler(external)"

  @until-0.15.1
  Scenario: Before v0.15.2 the autoscaler class must be external
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: hpa
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'external' autoscaler(hpa)"

  @until-0.15.1
  Scenario: Before v0.15.2 there is no autoscaler class none
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "[none] is not a supported autoscaler class type"

  @until-0.15.1
  Scenario: Before v0.15.2 the model must also be on a persistent volume claim
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: external
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: s3://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'pvc' Storage Protocol(s3)"

  @since-0.15.2 @until-0.15.2
  Scenario: In v0.15.2 the model must be on a persistent volume claim
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: s3://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'pvc' Storage Protocol(s3)"

  @since-0.16.0
  Scenario: Since v0.16.0 the model must be on a persistent volume claim or in an OCI image
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: s3://models/model
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'pvc' and 'oci' Storage Protocol(s3)"

  @since-0.16.0
  Scenario: Since v0.16.0 a model in an OCI image is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: oci://example.com/models/model:1
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is accepted

  @since-0.15.2 @until-0.15.2
  Scenario: In v0.15.2 a model in an OCI image is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: oci://example.com/models/model:1
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "Multinode only supports 'pvc' Storage Protocol(oci)"

  @since-0.15.2
  Scenario: The location of the model is required
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "StorageURI must be set for multinode enabled"

  @since-0.15.2
  Scenario Outline: A size cannot be set by the environment variable <variable>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
            env:
              - name: <variable>
                value: "2"
          workerSpec:
            pipelineParallelSize: 2
            tensorParallelSize: 1
      """
    Then the service is rejected with "setting <variable> in environment variables is not allowed"

    Examples:
      | variable               |
      | PIPELINE_PARALLEL_SIZE |
      | TENSOR_PARALLEL_SIZE   |

  @since-0.15.2
  Scenario: A second worker container is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            containers:
              - name: worker-container
                image: example.com/worker:1
              - name: second-container
                image: example.com/worker:1
      """
    Then the service is rejected with "setting multiple containers in workerSpec is not allowed"

  @since-0.15.2
  Scenario Outline: A size below 1 is rejected: <size>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            <size>: 0
      """
    Then the service is rejected with "<field> cannot be less than 1(0)"

    Examples:
      | size                 | field                           |
      | pipelineParallelSize | WorkerSpec.PipelineParallelSize |
      | tensorParallelSize   | WorkerSpec.TensorParallelSize   |

  @since-0.15.2
  Scenario: Since v0.15.2 a single node in total is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 1
      """
    Then the service is accepted

  @until-0.15.1
  Scenario: Before v0.15.2 a single node in total is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: external
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec:
            pipelineParallelSize: 1
      """
    Then the service is rejected with "WorkerSpec.PipelineParallelSize cannot be less than 2(1)"

  @since-0.15.2
  Scenario: Sizes and containers of the worker nodes are optional
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: pvc://models/model
          workerSpec: {}
      """
    Then the service is accepted

  @since-0.15.2
  Scenario: The model of a service without worker nodes can be anywhere
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: huggingface
            storageUri: s3://models/model
      """
    Then the service is accepted

  @since-0.15.2
  Scenario Outline: An annotation with more accelerators is <answer>: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
          serving.kserve.io/gpu-resource-types: '<accelerators>'
      spec:
        predictor:
          model:
            modelFormat: {name: huggingface}
            storageUri: pvc://models/model
            resources: {limits: {example.com/npu: 1}}
          workerSpec: {}
      """
    Then the service is <answer>

    Examples:
      | what                        | accelerators          | answer   |
      | the one that is used        | ["example.com/npu"]   | accepted |
      | another one                 | ["example.com/other"] | rejected |
      | none                        | []                    | rejected |
      | not a list                  | example.com/npu       | rejected |

  @since-0.15.2
  Scenario: The message about an annotation with more accelerators
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/autoscalerClass: none
          serving.kserve.io/gpu-resource-types: example.com/npu
      spec:
        predictor:
          model:
            modelFormat: {name: huggingface}
            storageUri: pvc://models/model
          workerSpec: {}
      """
    Then the service is rejected with "invalid GPU format(example.com/npu) for serving.kserve.io/gpu-resource-types annotation: must be a valid JSON array"

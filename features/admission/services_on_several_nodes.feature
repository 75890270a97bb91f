@rule-multi-node-service-checked @extended @since-0.15.0
Feature: A service on several nodes is checked more closely when it is written
  A service that wants worker nodes must say where its model lies, on storage that all nodes can mount, and must leave
  the number of its pods to itself. Since v0.15.0 KServe refuses one that does not, and names what is wrong. What it
  asks for has changed in v0.15.2 and v0.16.0.

  Scenario: A service that fulfils all conditions is accepted
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then the service is accepted

  @since-0.15.2
  Scenario: Since v0.15.2 the class of autoscaler must be none
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
  Scenario: Since v0.15.2 the class of autoscaler must be given
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
  Scenario: Since v0.15.2 an external autoscaler is refused
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
  Scenario: Before v0.15.2 the class of autoscaler must be external
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
  Scenario: Before v0.15.2 no autoscaler is called none
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
  Scenario: Before v0.15.2 the model must lie on a volume claim, too
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
  Scenario: In v0.15.2 the model must lie on a volume claim
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
  Scenario: Since v0.16.0 the model must lie on a volume claim or in an OCI image
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
  Scenario: In v0.15.2 a model in an OCI image is refused
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
  Scenario: The place of the model must be given
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
  Scenario Outline: A size may not be given as the environment variable <variable>
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
  Scenario: A second worker container is refused
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
  Scenario Outline: A size below one is refused: <size>
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
    Then the service is rejected with "<told> cannot be less than 1(0)"

    Examples:
      | size                 | told                            |
      | pipelineParallelSize | WorkerSpec.PipelineParallelSize |
      | tensorParallelSize   | WorkerSpec.TensorParallelSize   |

  @since-0.15.2
  Scenario: Since v0.15.2 one node in all is accepted
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
  Scenario: Before v0.15.2 one node in all is refused
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
  Scenario: Sizes and containers of the worker nodes may be left out
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
  Scenario: A service without worker nodes may lie anywhere
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

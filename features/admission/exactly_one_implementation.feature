@rule-exactly-one-implementation @core
Feature: A predictor has exactly one implementation
  The predictor of a service is either a model or a custom container. The webhook rejects a service whose predictor is
  both or neither. Since v0.15.0 containers next to a model are sidecars and are accepted, unless one is named
  kserve-container.

  Scenario: A predictor without an implementation is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor: {}
      """
    Then the service is rejected

  Scenario: A predictor with a model and a container named kserve-container is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then the service is rejected with "xactly one of ["

  @extended @until-0.14.1
  Scenario: Up to v0.14.1 any container next to a model is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
          containers:
            - name: side-car
              image: example.com/side-car:1
      """
    Then the service is rejected with "xactly one of ["

  @extended @since-0.15.0
  Scenario: Since v0.15.0 a sidecar next to a model is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
          containers:
            - name: side-car
              image: example.com/side-car:1
      """
    Then the service is accepted

  Scenario: A predictor that is a container is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then the service is accepted

  @extended
  Scenario: Without a model, a container of any name is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          containers:
            - name: own-container
              image: example.com/own-model:1
      """
    Then the service is accepted

  @extended
  Scenario Outline: The message lists the predictor fields that the release supports: <releases>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then the service is rejected with "<text>"

    @until-0.11.2
    Examples:
      | releases | text |
      | up to v0.11.2 | Exactly one of [SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, Model, PodSpec] must be specified in PredictorSpec |

    @since-0.12.0 @until-0.13.1
    Examples:
      | releases | text |
      | v0.12.0 to v0.13.1 | Exactly one of [SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML, LightGBM, Paddle, Model, PodSpec] must be specified in PredictorSpec |

    @since-0.14.0 @until-0.15.2
    Examples:
      | releases | text |
      | v0.14.0 to v0.15.2 | exactly one of [SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML, LightGBM, Paddle, Model, WorkerSpec, PodSpec] must be specified in PredictorSpec |

    @since-0.16.0 @until-0.19.0
    Examples:
      | releases | text |
      | v0.16.0 to v0.19.0 | exactly one of [SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML, LightGBM, Paddle, Model, StorageUris, WorkerSpec, PodSpec] must be specified in PredictorSpec |

    @since-0.20.0
    Examples:
      | releases | text |
      | v0.20.0 | exactly one of [Name, SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML, LightGBM, Paddle, Model, StorageUris, StorageContainerName, WorkerSpec, PodSpec] must be specified in PredictorSpec |

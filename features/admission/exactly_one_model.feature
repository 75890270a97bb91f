@rule-exactly-one-implementation @core
Feature: A predictor is exactly one thing
  A service's predictor is a model or a container of its own. KServe refuses a service whose predictor is both, or
  nothing. Since v0.15.0 containers beside a model are side-cars and do no harm, unless one is called
  kserve-container.

  Scenario: A predictor that is nothing is refused
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor: {}
      """
    Then the service is rejected

  Scenario: A predictor that is a model and a container called kserve-container is refused
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
  Scenario: Up to v0.14.1 any container beside a model is refused
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
  Scenario: Since v0.15.0 a side-car beside a model is accepted
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
  Scenario: A container of any name is accepted where there is no model
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
  Scenario Outline: The refusal lists the fields of a predictor as the release knows them: <releases>
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

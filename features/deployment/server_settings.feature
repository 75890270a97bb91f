@extended @exact-names
Feature: Settings that KServe adds for known servers
  For MLServer, TorchServe and Triton the controller adds environment variables, arguments, labels and a protocol that
  these servers need. It knows them by the exact names of the built-in runtimes; since v0.17.0 an annotation of the
  runtime sets the type of its server, and the name counts only without that annotation.

  @rule-mlserver-defaults @rule-server-defaults-by-name @since-0.9.0
  Scenario Outline: kserve-mlserver loads the format <format> with the class <class>
    Given a ClusterServingRuntime "kserve-mlserver"
      """
      supportedModelFormats:
        - {name: <format>, version: "1", autoSelect: true}
      protocolVersions: [v2]
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/kserve-mlserver:1
          env:
            - {name: MLSERVER_MODEL_IMPLEMENTATION, value: "{{.Labels.modelClass}}"}
      """
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then its container has env "MLSERVER_MODEL_IMPLEMENTATION" with value "<class>"
    And its pod has label "modelClass" with value "<class>"

    Examples: Known formats, and the default for any other format
      | format   | class                             |
      | sklearn  | mlserver_sklearn.SKLearnModel     |
      | xgboost  | mlserver_xgboost.XGBoostModel     |
      | lightgbm | mlserver_lightgbm.LightGBMModel   |
      | mlflow   | mlserver_mlflow.MLflowRuntime     |
      | own      | mlserver_sklearn.SKLearnModel     |

  @rule-mlserver-defaults @until-0.8.0
  Scenario Outline: In v0.8.0 a service that names kserve-mlserver loads the format <format> with the class <class>
    Given a ClusterServingRuntime "kserve-mlserver"
      """
      supportedModelFormats:
        - {name: <format>, version: "1"}
      """
    When a service in namespace "team-a" requests "<format>" with runtime "kserve-mlserver"
    Then its pod has label "modelClass" with value "<class>"

    Examples: mlflow does not have a class yet
      | format   | class                             |
      | sklearn  | mlserver_sklearn.SKLearnModel     |
      | xgboost  | mlserver_xgboost.XGBoostModel     |
      | mlflow   | mlserver_sklearn.SKLearnModel     |

  @rule-mlserver-defaults @until-0.8.0
  Scenario: In v0.8.0 a service that does not name kserve-mlserver gets no variables for it
    Given a ClusterServingRuntime "kserve-mlserver"
      | format | version | autoSelect |
      | mlflow | 1       | true       |
    When a service in namespace "team-a" requests "mlflow"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has no env "MLSERVER_MODEL_NAME"

  @rule-mlserver-defaults @rule-server-defaults-by-name @since-0.9.0
  Scenario: kserve-mlserver has the name of the service and the path of the model
    Given a ClusterServingRuntime "kserve-mlserver" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service "fraud" in namespace "team-a" requests "sklearn" over "v2"
    Then its container has env "MLSERVER_MODEL_NAME" with value "fraud"
    And its container has env "MLSERVER_MODEL_URI" with value "/mnt/models"
    And its container has no env "MLSERVER_LOAD_MODELS_AT_STARTUP"

  @rule-mlserver-defaults @since-0.9.0
  Scenario: Without a model kserve-mlserver waits until it is instructed to load one
    Given a ClusterServingRuntime "kserve-mlserver" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            protocolVersion: v2
      """
    Then its container has env "MLSERVER_LOAD_MODELS_AT_STARTUP" with value "false"
    And its container has no env "MLSERVER_MODEL_NAME"

  @rule-mlserver-defaults @since-0.10.0
  Scenario: A variable of MLServer that the service sets is kept
    Given a ClusterServingRuntime "kserve-mlserver" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            protocolVersion: v2
            storageUri: gs://example/models/model
            env:
              - {name: MLSERVER_MODEL_NAME, value: own-name}
      """
    Then its container has env "MLSERVER_MODEL_NAME" with value "own-name"
    And the count of env "MLSERVER_MODEL_NAME" in its container is 1

  @rule-mlserver-defaults @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a variable of MLServer that the service sets is overridden
    Given a ClusterServingRuntime "kserve-mlserver" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            protocolVersion: v2
            storageUri: gs://example/models/model
            env:
              - {name: MLSERVER_MODEL_NAME, value: own-name}
      """
    Then its container has env "MLSERVER_MODEL_NAME" with value "model"

  @rule-server-defaults-by-name @since-0.9.0
  Scenario: MLServer under another name gets no variables, and its placeholder stays empty
    Given a ClusterServingRuntime "own-mlserver"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      protocolVersions: [v2]
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/own-mlserver:1
          env:
            - {name: MLSERVER_MODEL_IMPLEMENTATION, value: "{{.Labels.modelClass}}"}
            - {name: MODEL_CLASS, value: "class:{{.Labels.modelClass}}"}
      """
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then its container has env "MODEL_CLASS" with value "class:"
    And its container has no env "MLSERVER_MODEL_NAME"

  @rule-server-defaults-by-annotation
  Scenario Outline: A runtime annotated as mlserver <gets> the variables of MLServer, <range>
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ClusterServingRuntime
      metadata:
        name: own-mlserver
        annotations: {serving.kserve.io/server-type: mlserver}
      spec:
        supportedModelFormats:
          - {name: xgboost, version: "1", autoSelect: true}
        protocolVersions: [v2]
        containers:
          - name: kserve-container
            image: example.com/clusterservingruntime/own-mlserver:1
            env:
              - {name: MODEL_CLASS, value: "class:{{.Labels.modelClass}}"}
      """
    When a service "fraud" in namespace "team-a" requests "xgboost" over "v2"
    Then its container has env "MODEL_CLASS" with value "class:<class>"
    And the count of env "MLSERVER_MODEL_NAME" in its container is <times>

    @until-0.16.0
    Examples: The annotation has no effect yet
      | gets         | class                         | times | range         |
      | does not get |                               | 0     | up to v0.16.0 |

    @since-0.17.0
    Examples: The annotation decides
      | gets         | class                         | times | range         |
      | gets         | mlserver_xgboost.XGBoostModel | 1     | since v0.17.0 |

  @rule-server-defaults-by-annotation
  Scenario Outline: A runtime named kserve-mlserver and annotated as <type> <gets> the variables of MLServer, <range>
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ClusterServingRuntime
      metadata:
        name: kserve-mlserver
        annotations: {serving.kserve.io/server-type: <type>}
      spec:
        supportedModelFormats:
          - {name: sklearn, version: "1", autoSelect: true}
        protocolVersions: [v2]
        containers:
          - name: kserve-container
            image: example.com/clusterservingruntime/kserve-mlserver:1
      """
    When a service "fraud" in namespace "team-a" requests "sklearn" over "v2"
    Then the count of env "MLSERVER_MODEL_NAME" in its container is <times>

    @since-0.9.0 @until-0.16.0
    Examples: The name decides
      | type         | gets         | times | range         |
      | own-server   | gets         | 1     | up to v0.16.0 |

    @since-0.17.0
    Examples: The annotation decides, even with an unknown value
      | type         | gets         | times | range         |
      | own-server   | does not get | 0     | since v0.17.0 |
      | tritonserver | does not get | 0     | since v0.17.0 |
      | mlserver     | gets         | 1     | since v0.17.0 |

  @rule-torchserve-defaults @since-0.9.0
  Scenario Outline: kserve-torchserve uses the envelope <envelope> over <protocol>, <range>
    Given a ClusterServingRuntime "kserve-torchserve"
      """
      supportedModelFormats:
        - {name: pytorch, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/kserve-torchserve:1
          env:
            - {name: TS_SERVICE_ENVELOPE, value: "{{.Labels.serviceEnvelope}}"}
      """
    When a service in namespace "team-a" requests "pytorch" over "<protocol>"
    Then its container has env "TS_SERVICE_ENVELOPE" with value "<envelope>"
    And its pod has label "serviceEnvelope" with value "<envelope>"

    Examples: Both REST protocols
      | protocol | envelope | range         |
      | v1       | kserve   | since v0.9.0  |
      | v2       | kservev2 | since v0.9.0  |
      | grpc-v1  | kserve   | since v0.9.0  |

    @until-0.11.2
    Examples: The second gRPC protocol is not supported yet
      | protocol | envelope | range         |
      | grpc-v2  | kserve   | up to v0.11.2 |

    @since-0.12.0
    Examples: The second gRPC protocol uses the second envelope
      | protocol | envelope | range         |
      | grpc-v2  | kservev2 | since v0.12.0 |

  @rule-torchserve-defaults @rule-protocol-back-filled @since-0.9.0
  Scenario: kserve-torchserve serves a service without a protocol over v1, although it lists v2 first
    Given a ClusterServingRuntime "kserve-torchserve" that speaks "v2, v1"
      | format  | version | autoSelect |
      | pytorch | 1       | true       |
    When a service in namespace "team-a" requests "pytorch"
    Then it runs on ClusterServingRuntime "kserve-torchserve"
    And its pod has label "serviceEnvelope" with value "kserve"

  @rule-torchserve-defaults
  Scenario Outline: kserve-torchserve <is> configured with its protocol by a variable, <range>
    Given a ClusterServingRuntime "kserve-torchserve"
      | format  | version | autoSelect |
      | pytorch | 1       | true       |
    When a service in namespace "team-a" requests "pytorch" over "v2"
    Then the count of env "PROTOCOL_VERSION" in its container is <times>

    @until-0.11.0
    Examples: No variable yet
      | is     | times | range         |
      | is not | 0     | up to v0.11.0 |

    @since-0.11.1
    Examples: A variable
      | is     | times | range         |
      | is     | 1     | since v0.11.1 |

  @rule-torchserve-defaults @rule-protocol-back-filled @since-0.11.1
  Scenario Outline: The variable of kserve-torchserve is <value> if the service requests <requested>
    Given a ClusterServingRuntime "kserve-torchserve"
      | format  | version | autoSelect |
      | pytorch | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: pytorch}
            storageUri: gs://example/models/model
            protocolVersion: <protocol>
      """
    Then its container has env "PROTOCOL_VERSION" with value "<value>"

    Examples: With and without a protocol
      | protocol | value | requested   |
      | v2       | v2    | v2          |
      | null     | v1    | no protocol |

  @rule-server-defaults-by-name @rule-torchserve-defaults @since-0.9.0
  Scenario: TorchServe under another name has no envelope
    Given a ClusterServingRuntime "own-torchserve"
      | format  | version | autoSelect |
      | pytorch | 1       | true       |
    When a service in namespace "team-a" requests "pytorch"
    Then it runs on ClusterServingRuntime "own-torchserve"
    And its pod has no "metadata.labels.serviceEnvelope"

  @rule-torchserve-defaults @until-0.8.0
  Scenario: In v0.8.0 the envelope depends on the format, not on the name of the runtime
    Given a ClusterServingRuntime "own-torchserve"
      | format  | version | autoSelect |
      | pytorch | 1       | true       |
    When a service in namespace "team-a" requests "pytorch"
    Then it runs on ClusterServingRuntime "own-torchserve"
    And its pod has label "serviceEnvelope" with value "kserve"

  @rule-server-defaults-by-annotation @rule-torchserve-defaults @since-0.17.0
  Scenario: A runtime annotated as torchserve has an envelope, whatever its name
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ClusterServingRuntime
      metadata:
        name: own-torchserve
        annotations: {serving.kserve.io/server-type: torchserve}
      spec:
        supportedModelFormats:
          - {name: pytorch, version: "1", autoSelect: true}
        containers:
          - name: kserve-container
            image: example.com/clusterservingruntime/own-torchserve:1
      """
    When a service in namespace "team-a" requests "pytorch" over "v2"
    Then its pod has label "serviceEnvelope" with value "kservev2"

  @rule-triton-defaults @rule-server-defaults-by-name @since-0.9.0
  Scenario: Without a model kserve-tritonserver gets an argument to wait for models
    Given a ClusterServingRuntime "kserve-tritonserver" that speaks "v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: triton}
            protocolVersion: v2
      """
    Then its container has args
      | --model_name=model            |
      | --model-control-mode=explicit |

  @rule-triton-defaults @since-0.9.0
  Scenario: With a model kserve-tritonserver gets no further argument
    Given a ClusterServingRuntime "kserve-tritonserver" that speaks "v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When a service in namespace "team-a" requests "triton" over "v2"
    Then its container has args
      | --model_name=model |

  @rule-triton-defaults @rule-server-defaults-by-name @since-0.9.0
  Scenario: Triton under another name gets no argument to wait for models
    Given a ClusterServingRuntime "own-triton" that speaks "v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: triton}
            protocolVersion: v2
      """
    Then its container has args
      | --model_name=model |

  @rule-triton-defaults @rule-server-defaults-by-annotation @since-0.17.0
  Scenario: A runtime annotated as tritonserver gets an argument to wait for models, whatever its name
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ClusterServingRuntime
      metadata:
        name: own-triton
        annotations: {serving.kserve.io/server-type: tritonserver}
      spec:
        supportedModelFormats:
          - {name: triton, version: "2", autoSelect: true}
        protocolVersions: [v2]
        containers:
          - name: kserve-container
            image: example.com/clusterservingruntime/own-triton:1
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: triton}
            protocolVersion: v2
      """
    Then its container has args
      | --model-control-mode=explicit |

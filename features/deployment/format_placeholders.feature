@rule-model-format-annotation @extended @exact-names
Feature: Placeholders for the format of a model
  Since v0.17.0 the webhook writes the format of a model into the annotation modelFormat, for runtimes whose container
  has a placeholder for it. It only adds a missing annotation, so the annotation has the first format of a service,
  and a service that was stored before has none.

  @since-0.17.0
  Scenario: A legacy service is annotated with its key
    When a service in namespace "team-a" uses the legacy key "xgboost"
    Then its stored manifest has
      """
      metadata:
        annotations: {modelFormat: xgboost}
      """

  @since-0.17.0
  Scenario: A placeholder of a runtime is replaced with the annotation
    Given a ClusterServingRuntime "serves-several"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
        - {name: xgboost, version: "2", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-several:1
          args: ["--framework={{.Annotations.modelFormat}}"]
      """
    When a service in namespace "team-a" requests "xgboost"
    Then its container has args
      | --framework=xgboost |

  @since-0.17.0
  Scenario: After a change of format the placeholder still has the old one
    Given a ClusterServingRuntime "serves-several"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
        - {name: xgboost, version: "2", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-several:1
          args: ["--framework={{.Annotations.modelFormat}}"]
      """
    When a service in namespace "team-a" requests "sklearn"
    And a service in namespace "team-a" requests "xgboost"
    Then its container has args
      | --framework=sklearn |

  Scenario: For a service that was stored without the annotation the placeholder is empty
    Given a ClusterServingRuntime "serves-several"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-several:1
          args: ["--framework={{.Annotations.modelFormat}}"]
      """
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its container has args
      | --framework= |

  @since-0.17.0
  Scenario: The pod does not have the annotation
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "metadata.annotations.modelFormat"

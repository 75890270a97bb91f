@rule-pod-labels-propagated @extended
Feature: Labels and annotations of the pod
  In every release the pod has the labels and annotations of its service. Since v0.10.0 a runtime can have labels and
  annotations for pods as well, and since v0.11.0 a predictor, too. The predictor overrides the service, and the
  service overrides the runtime.

  Background:
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      labels: {tier: of-runtime, only-runtime: "yes"}
      annotations: {note: of-runtime, only-runtime: "yes"}
      """

  @rule-container-attributes-used @core
  Scenario: The pod has the labels and annotations of the service
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has annotation "note" with value "of-service"

  @core @since-0.10.0
  Scenario: The pod has the labels and annotations of the runtime
    When a service in namespace "team-a" requests "sklearn"
    Then its pod has label "tier" with value "of-runtime"
    And its pod has annotation "note" with value "of-runtime"

  @until-0.9.0
  Scenario: Before v0.10.0 a runtime has no labels or annotations for pods
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "metadata.labels.tier"
    And its pod has no "metadata.annotations.note"

  @core @since-0.10.0
  Scenario: The service overrides the runtime, and other labels of the runtime are kept
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has annotation "note" with value "of-service"
    And its pod has label "only-runtime" with value "yes"
    And its pod has annotation "only-runtime" with value "yes"

  @core @since-0.11.0
  Scenario: The predictor overrides the service and the runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          labels: {tier: of-predictor}
          annotations: {note: of-predictor}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-predictor"
    And its pod has annotation "note" with value "of-predictor"

  @until-0.10.2
  Scenario: Before v0.11.0 the pod does not have the labels of the predictor
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
      spec:
        predictor:
          labels: {tier: of-predictor, only-predictor: "yes"}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has no "metadata.labels.only-predictor"

  @core
  Scenario: The pod has the name of its service
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its pod has label "serving.kserve.io/inferenceservice" with value "fraud"
    And its pod has label "component" with value "predictor"

  @rule-container-attributes-used @since-0.17.0
  Scenario: Since v0.17.0 the container has the name of its service
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its container has env "INFERENCE_SERVICE_NAME" with value "fraud"

  @rule-container-attributes-used @until-0.16.0
  Scenario: Before v0.17.0 the container does not have the name of its service
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has no env "INFERENCE_SERVICE_NAME"

  @rule-pod-labels-propagated @extended @exact-names @until-0.16.0
  Scenario: Up to v0.16.0 the pod has an annotation modelFormat of the service
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {modelFormat: of-the-user}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then its pod has annotation "modelFormat" with value "of-the-user"

  @rule-pod-labels-propagated @extended @exact-names @since-0.17.0
  Scenario: Since v0.17.0 the pod does not have the annotation modelFormat
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {modelFormat: of-the-user}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "metadata.annotations.modelFormat"
